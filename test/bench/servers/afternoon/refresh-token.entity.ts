import { Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn, UpdateDateColumn } from 'typeorm';

@Entity('refresh_tokens')
export class RefreshToken {
  @PrimaryGeneratedColumn()
  id!: number;

  @Index({ unique: true })
  @Column('uuid')
  uniqueId!: string;

  @Index()
  @Column('text')
  subject!: string;

  @Index()
  @Column('text')
  clientId!: string;

  @Index()
  @Column('timestamptz')
  expiresOn!: Date;

  @Column('text')
  protectedTicket!: string;

  @Column('text')
  ticketHash!: string;

  @Column('text')
  ticketSalt!: string;

  @Column('text', { nullable: true })
  systemId!: string | null;

  @Column('text')
  updatedBy!: string;

  @CreateDateColumn({ type: 'timestamptz' })
  createdOn!: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedOn!: Date;
}
